"""Who works where: the tree of units, positions, employees and their superiors."""
