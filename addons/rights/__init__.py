"""Rights 权限: duties, who holds them, on which data and when."""
