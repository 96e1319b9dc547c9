"""The version of the core, against which manifests state their range."""

VERSION = "0.1.0"
