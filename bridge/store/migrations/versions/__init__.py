"""One file a step, numbered. `bridge.store.schema.HEAD` names the last."""
