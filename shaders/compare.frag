#version 330
// Picture A in its place; or, with BOTH, A and B of one moment over each other: wipe, difference and so on, by what
// viewer/render/compare.py sets.
uniform sampler2D a;
uniform vec4 place_a;    // left, bottom, width, height in the target's pixels
uniform vec2 frame_a;    // delivered share of the picture's width and height, in its middle
uniform float outside;   // brightness of what is not delivered
uniform float border;    // pixels: width of the frame's lines; 0 draws none
uniform vec2 origin;     // bottom left corner of the part of the window that is drawn into, pixels
#ifdef BOTH
uniform sampler2D b;
uniform vec4 place_b;
uniform vec2 frame_b;
uniform vec3 wipe;       // B is where dot(wipe, (x, y, 1)) > 0, x and y in shares of the target
uniform vec2 extent;     // its size
uniform float opacity;   // of B over A
uniform float gain;      // of the difference; 0 shows the pictures themselves
uniform vec3 ground;     // where there is no picture
#endif

out vec4 picture;

vec2 pixel;

vec4 look(sampler2D of, vec4 place, vec2 frame) {
    vec2 at = (pixel - place.xy) / place.zw;
    if (any(lessThan(at, vec2(0.0))) || any(greaterThan(at, vec2(1.0)))) return vec4(0.0);
    vec3 color = textureLod(of, at, 0.0).rgb;
    vec2 beyond = (abs(at - 0.5) - 0.5 * frame) * place.zw;  // pixels
    float most = max(beyond.x, beyond.y);
    if (most > 0.0) color *= outside;
    bool delivers_all = all(greaterThan(frame, vec2(0.999)));
    if (border > 0.0 && !delivers_all && most > 0.0 && most <= border) color = vec3(0.75);
    return vec4(color, 1.0);
}

void main() {
    pixel = gl_FragCoord.xy - origin;
    vec4 under = look(a, place_a, frame_a);
#ifdef BOTH
    vec4 over = look(b, place_b, frame_b);
    float share = opacity * over.a * step(0.0, dot(wipe, vec3(pixel / extent, 1.0)));
    vec4 both = mix(under, over, under.a > 0.0 ? share : over.a);
    if (gain > 0.0) both.rgb = min(gain * abs(under.rgb - over.rgb), 1.0);
    picture = vec4(mix(ground, both.rgb, both.a), 1.0);
#else
    picture = under;
#endif
}
