"""Passes over a dataset: what feeding a training loop costs."""

from ..registry import workload


@workload(target=1.0)
def data_loader(torch):
    """DataLoader: 2,000 samples of 20 numbers, shuffled, batch 32."""
    data = torch.utils.data
    x = torch.randn(2000, 20)
    y = torch.randint(0, 2, (2000,))

    class Rows:
        def __len__(self):
            return len(x)

        def __getitem__(self, index):
            return x[index], y[index]

    def passes(dataset, **options):
        loader = data.DataLoader(dataset, batch_size=32, shuffle=True, **options)

        def step():
            for batch, _ in loader:
                last = batch
            return last

        return step

    return {
        "TensorDataset": passes(data.TensorDataset(x, y)),
        "a Dataset of one's own": passes(Rows()),
        "with two workers": passes(Rows(), num_workers=2, persistent_workers=True),
    }
