// Window depth of what shaders/reproject.vert stores in either half of the range. The sky begins the upper one, and rounding may leave it
// just below. viewer/render/gl.py: disparity_of
float depth_of(float stored) { return stored > 0.49999 ? max(stored - 0.5, 0.0) : stored; }

// Signed radius of the circle of confusion in pixels, at a depth as stored.
float radius_of(float stored, vec2 lens) { return lens.x + lens.y * depth_of(stored); }
