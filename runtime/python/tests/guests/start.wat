(module
  (import "host" "begin" (func $begin))
  (start $begin))
