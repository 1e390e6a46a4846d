# paritylint: nonsense
