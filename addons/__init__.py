"""The add-ons that ship with Sunmao; each is independent unless its manifest says otherwise."""
