(module
  (import "host" "keep" (func (param externref)))
  (func (export "same") (param externref) (result externref) (local.get 0)))
