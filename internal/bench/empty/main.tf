# Nothing, to measure what the engine takes for itself.
