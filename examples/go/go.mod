module precompile.example/host

go 1.19
