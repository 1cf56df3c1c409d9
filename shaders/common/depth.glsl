// Signed radius of the circle of confusion in pixels, at a depth as shaders/reproject.vert stores it.
float radius_of(float stored, vec2 lens) { return lens.x + lens.y * (stored >= 0.5 ? stored - 0.5 : stored); }
