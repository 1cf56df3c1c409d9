#version 330
// One vertex for every tile of a picture.
flat out int tile;

void main() { tile = gl_VertexID; }
