"""What every room's views stand on: routes that must name a permission, fields, lists, headers, failures."""
