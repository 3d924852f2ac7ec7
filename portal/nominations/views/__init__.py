"""Pages of nominations and candidacies. Each module has its own `Pages`; all stand here for `create_app()`."""
