"""The only place that knows every part: it turns a configuration into a desk."""
