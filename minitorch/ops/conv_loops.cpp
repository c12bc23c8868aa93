// The loops of conv_loops.py, which says how they work. T is float or double; ROWS, 1 to 8, is how
// many output channels are summed up at a time.

const int SUMS = BYTES == 64 ? 24 : 12;  // how many fit into registers

struct Sizes {
    int64 groups, inputs, outputs, taps;          // the last three of one group
    int64 images, depth, height, width, channel;  // of the grid; from one channel to the next
    int64 D, H, W, image_step, channel_step, depth_step, row_step, step;  // of y
};

const int VECS = SUMS / ROWS < 8 ? SUMS / ROWS : 8;
const int64 STEP = VECS * LANES, TILE = 16 * STEP;

extern "C" void convolve(const Sizes& s, const int64* reach, const T* x, const T* weight, T* y,
                         int threads)
{
    const int64 blocks = (s.outputs + ROWS - 1) / ROWS;
    const int64 places = s.images * s.depth * s.height * s.width;
    #pragma omp parallel for collapse(2) schedule(static) num_threads(threads)
    for (int64 begin = 0; begin < places; begin += TILE)
    for (int64 block = 0; block < s.groups * blocks; block++) {
        const int64 group = block / blocks, o = block % blocks * ROWS;
        const int64 end = least(begin + TILE, places);
        T tile[ROWS][TILE];
        for (int64 place = begin; place < end; place += STEP) {
            const T* pixels = x + group * s.inputs * s.channel + place;
            const T* w = weight + block * s.inputs * s.taps * ROWS;
            Vec sums[ROWS][VECS] = {};
            for (int64 c = 0; c < s.inputs; c++, pixels += s.channel)
                for (int64 k = 0; k < s.taps; k++, w += ROWS) {
                    Vec seen[VECS];
                    for (int v = 0; v < VECS; v++) seen[v] = at(pixels + reach[k] + v * LANES);
                    for (int r = 0; r < ROWS; r++)
                        for (int v = 0; v < VECS; v++) sums[r][v] += w[r] * seen[v];
                }
            for (int r = 0; r < ROWS; r++)
                for (int v = 0; v < VECS; v++)
                    *(Vec*)&tile[r][place - begin + v * LANES] = sums[r][v];
        }
        for (int64 place = begin, next; place < end; place = next) {  // line by line into y
            const int64 line = place / s.width, w = place % s.width, h = line % s.height;
            const int64 d = line / s.height % s.depth, n = line / s.height / s.depth;
            next = least(place + s.width - w, end);
            if (d >= s.D || h >= s.H) continue;
            T* to = y + n * s.image_step + (group * s.outputs + o) * s.channel_step
                      + d * s.depth_step + h * s.row_step + w * s.step;
            for (int r = 0; r < least(ROWS, s.outputs - o); r++)
                for (int64 i = 0; i < least(s.W - w, next - place); i++)
                    to[r * s.channel_step + i * s.step] = tile[r][place - begin + i];
        }
    }
}

const int OUTPUTS = 4, TAPS = SUMS / OUTPUTS;
const int64 CHUNK = 4096;

extern "C" void convolve_weight(const Sizes& s, const int64* reach, const T* x, const T* g, T* dw,
                                int threads)
{
    const int64 places = s.images * s.depth * s.height * s.width, columns = s.inputs * s.taps;
    #pragma omp parallel num_threads(threads)
    for (int64 begin = 0; begin < places; begin += CHUNK)
    #pragma omp for collapse(3) schedule(static) nowait
    for (int64 group = 0; group < s.groups; group++)
    for (int64 o = 0; o < s.outputs; o += OUTPUTS)
    for (int64 k = 0; k < columns; k += TAPS) {
        const T *grads[OUTPUTS], *pixels[TAPS];
        for (int i = 0; i < OUTPUTS; i++)
            grads[i] = g + (group * s.outputs + least(o + i, s.outputs - 1)) * s.channel;
        for (int j = 0; j < TAPS; j++) {
            const int64 column = least(k + j, columns - 1);
            const int64 channel = group * s.inputs + column / s.taps;
            pixels[j] = x + channel * s.channel + reach[column % s.taps];
        }
        Vec sums[OUTPUTS][TAPS] = {};
        for (int64 place = begin; place < least(begin + CHUNK, places); place += LANES) {
            Vec grad[OUTPUTS];
            for (int i = 0; i < OUTPUTS; i++) grad[i] = at(grads[i] + place);
            for (int j = 0; j < TAPS; j++) {
                const Vec seen = at(pixels[j] + place);
                for (int i = 0; i < OUTPUTS; i++) sums[i][j] += grad[i] * seen;
            }
        }
        for (int i = 0; i < least(OUTPUTS, s.outputs - o); i++)
            for (int j = 0; j < least(TAPS, columns - k); j++)
                for (int lane = 0; lane < LANES; lane++)
                    dw[(group * s.outputs + o + i) * columns + k + j] += sums[i][j][lane];
    }
}
