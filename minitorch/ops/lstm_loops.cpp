// The loops of lstm_loops.py, which says how they work. T is float or double; WIDTH is how many
// columns a panel has.

const int SUMS = BYTES == 64 ? 16 : 12;  // how many are kept in registers
const int VECS = WIDTH / LANES, MOST_ROWS = SUMS / VECS;

struct Sizes {
    int64 steps, batch, hidden;
};

// out += x * panel, for up to ROWS rows of x, and so many columns of the panel.
template <int ROWS>
static void add_block(int64 rows, int64 columns, int64 inner, int64 outer, const T* x,
                      const T* panel, T* out)
{
    if constexpr (ROWS > 1)
        if (rows < ROWS) return add_block<ROWS - 1>(rows, columns, inner, outer, x, panel, out);
    Vec sums[ROWS][VECS] = {};
    for (int64 k = 0; k < inner; k++, panel += WIDTH) {
        Vec weights[VECS];
        for (int v = 0; v < VECS; v++) weights[v] = at(panel + v * LANES);
        for (int r = 0; r < ROWS; r++)
            for (int v = 0; v < VECS; v++) sums[r][v] += x[r * inner + k] * weights[v];
    }
    for (int r = 0; r < ROWS; r++, out += outer)
        if (columns == WIDTH)
            for (int v = 0; v < VECS; v++) *(Vec*)(out + v * LANES) += sums[r][v];
        else
            for (int64 j = 0; j < columns; j++) out[j] += sums[r][j / LANES][j % LANES];
}

// out (rows, outer) += x (rows, inner) * weight (inner, outer), which is given in panels.
static void add_product(int64 rows, int64 inner, int64 outer, const T* x, const T* panel, T* out)
{
    for (int64 j = 0; j < outer; j += WIDTH, panel += inner * WIDTH)
        for (int64 row = 0, share; row < rows; row += share) {
            const int64 left = rows - row, blocks = (left + MOST_ROWS - 1) / MOST_ROWS;
            share = (left + blocks - 1) / blocks;  // 9 rows are 5 and 4, not 8 and 1
            add_block<MOST_ROWS>(share, least(WIDTH, outer - j), inner, outer, x + row * inner,
                                 panel, out + row * outer + j);
        }
}

static inline T sigmoid(T x) { return 1 / (1 + exp(-x)); }

// One sample, one step: the gates from their sums, the next c and h.
static void step(int64 size, const T* bias, T* gates, const T* before, T* cell, T* state)
{
    T *i = gates, *f = i + size, *g = f + size, *o = g + size;
    #pragma omp simd
    for (int64 j = 0; j < size; j++) {
        i[j] = sigmoid(i[j] + bias[j]);
        f[j] = sigmoid(f[j] + bias[j + size]);
        g[j] = tanh(g[j] + bias[j + 2 * size]);
        o[j] = sigmoid(o[j] + bias[j + 3 * size]);
        cell[j] = f[j] * before[j] + i[j] * g[j];
        state[j] = o[j] * tanh(cell[j]);
    }
}

// Back: the gradients of the sums from those of h and c, and from them that of c before the step.
static void step_back(int64 size, const T* gates, const T* before, const T* cell,
                      const T* grad_h, T* grad_c, T* slopes)
{
    const T *i = gates, *f = i + size, *g = f + size, *o = g + size;
    #pragma omp simd
    for (int64 j = 0; j < size; j++) {
        const T shown = tanh(cell[j]), by_h = grad_h[j];
        const T by_c = grad_c[j] + by_h * o[j] * (1 - shown * shown);
        slopes[j] = by_c * g[j] * (i[j] - i[j] * i[j]);
        slopes[j + size] = by_c * before[j] * (f[j] - f[j] * f[j]);
        slopes[j + 2 * size] = by_c * i[j] * (1 - g[j] * g[j]);
        slopes[j + 3 * size] = by_h * shown * (o[j] - o[j] * o[j]);
        grad_c[j] = by_c * f[j];
    }
}

extern "C" void forward(const Sizes& s, const int64* active, const T* panels, const T* bias,
                        T* gates, T* cells, T* states, int threads)
{
    const int64 size = s.hidden;
    #pragma omp parallel for schedule(static) num_threads(threads)
    for (int thread = 0; thread < threads; thread++) {
        const int64 first = s.batch * thread / threads, end = s.batch * (thread + 1) / threads;
        for (int64 t = 0; t < s.steps; t++) {
            const int64 place = t * s.batch + first, rows = least(active[t], end) - first;
            add_product(rows, size, 4 * size, states + place * size, panels,
                        gates + place * 4 * size);
            for (int64 n = 0; n < end - first; n++) {
                T* gate = gates + (place + n) * 4 * size;
                const T* before = cells + (place + n) * size;
                T* cell = cells + (place + n + s.batch) * size;
                T* state = states + (place + n + s.batch) * size;
                if (n < rows)
                    step(size, bias, gate, before, cell, state);
                else
                    for (int64 j = 0; j < size; j++) {  // i and g let nothing in, f keeps all
                        gate[j] = gate[j + 2 * size] = gate[j + 3 * size] = 0;
                        gate[j + size] = 1;
                        cell[j] = before[j];
                        state[j] = state[j - s.batch * size];
                    }
            }
        }
    }
}

extern "C" void backward(const Sizes& s, const int64* active, const T* panels, const T* grads,
                         const T* gates, const T* cells, T* slopes, T* grad_h, T* grad_c,
                         int threads)
{
    const int64 size = s.hidden;
    #pragma omp parallel for schedule(static) num_threads(threads)
    for (int thread = 0; thread < threads; thread++) {
        const int64 first = s.batch * thread / threads, end = s.batch * (thread + 1) / threads;
        for (int64 t = s.steps - 1; t >= 0; t--) {
            const int64 place = t * s.batch + first, rows = least(active[t], end) - first;
            for (int64 n = 0; n < end - first; n++) {
                const T* grad = grads + (place + n) * size;
                T *slope = slopes + (place + n) * 4 * size, *by_h = grad_h + (first + n) * size;
                for (int64 j = 0; j < size; j++) by_h[j] += grad[j];
                if (n < rows) {
                    const T* before = cells + (place + n) * size;
                    step_back(size, gates + (place + n) * 4 * size, before,
                              before + s.batch * size, by_h, grad_c + (first + n) * size, slope);
                    for (int64 j = 0; j < size; j++) by_h[j] = 0;  // for the product's sums
                } else
                    for (int64 j = 0; j < 4 * size; j++) slope[j] = 0;
            }
            add_product(rows, 4 * size, size, slopes + place * 4 * size, panels,
                        grad_h + first * size);
        }
    }
}
