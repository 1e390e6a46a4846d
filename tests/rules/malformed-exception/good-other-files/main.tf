size = "# paritylint: nonsense"
