// Window depth of what shaders/reproject.vert stores in either half of the range.
float depth_of(float stored) { return stored >= 0.5 ? stored - 0.5 : stored; }

// Signed radius of the circle of confusion in pixels, at a depth as stored.
float radius_of(float stored, vec2 lens) { return lens.x + lens.y * depth_of(stored); }
