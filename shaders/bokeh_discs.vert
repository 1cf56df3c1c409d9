#version 330
// One vertex for every block of two by two cells.
flat out int block;

void main() { block = gl_VertexID; }
