"""The steps from each schema to the next, run by `bridge.store.schema.upgrade`."""
