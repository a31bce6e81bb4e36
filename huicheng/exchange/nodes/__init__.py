"""节点: a department, district or street with a home of its own, and the centre that takes what it sends."""
