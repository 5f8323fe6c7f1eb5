"""Networks of other libraries as graphs of ours.

`steps.Steps` writes what those libraries call by one name and we write as several operations;
`from_torch` and `from_onnx` are a table each, of what a library's operation is here.
"""
