size = 1 # paritylint: allow duplicate-key untill=2027-01-31
