"""The small core of Sunmao: mechanisms that know no add-on by name."""
