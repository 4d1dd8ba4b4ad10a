"""The page's JavaScript, one file per thing that it does. No text is ever evaluated."""
