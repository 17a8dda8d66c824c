module example/trap

go 1.21
