# %% [markdown]
# # Tensors, autograd, a small network
# %%
import torch
import numpy as np

data = [[1, 2], [3, 4]]
x_data = torch.tensor(data)
x_np = torch.from_numpy(np.array(data))
x_ones = torch.ones_like(x_data)
print(f"Ones Tensor: \n {x_ones} \n")
torch.manual_seed(3)
x_rand = torch.rand_like(x_data, dtype=torch.float)
print(f"Random Tensor: \n {x_rand} \n")
# %%
tensor = torch.rand(3, 4)
print(f"Shape of tensor: {tensor.shape}")
print(f"Datatype of tensor: {tensor.dtype}")
print(f"Device tensor is stored on: {tensor.device}")
if torch.accelerator.is_available():
    tensor = tensor.to(torch.accelerator.current_accelerator())
print(f"First row: {tensor[0]}")
print(f"First column: {tensor[:, 0]}")
print(f"Last column: {tensor[..., -1]}")
tensor[:, 1] = 0
print(tensor)
t1 = torch.cat([tensor, tensor, tensor], dim=1)
print(t1)
y1 = tensor @ tensor.T
y2 = tensor.matmul(tensor.T)
y3 = torch.rand_like(y1)
torch.matmul(tensor, tensor.T, out=y3)
print((y1 == y3).all(), torch.allclose(y1, y2))
agg = tensor.sum()
agg_item = agg.item()
print(f"{agg_item:.5f}", type(agg_item))
t = torch.ones(5)
n = t.numpy()
t.add_(1)
print(f"t: {t}")
print(f"n: {n}")
# %%
x = torch.ones(5)
y = torch.zeros(3)
w = torch.randn(5, 3, requires_grad=True)
b = torch.randn(3, requires_grad=True)
z = torch.matmul(x, w) + b
loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
loss.backward()
print(w.grad)
print(b.grad)
print(z.grad_fn is not None, loss.requires_grad, z.detach().requires_grad)
inp = torch.eye(4, 5, requires_grad=True)
out = (inp + 1).pow(2).t()
out.backward(torch.ones_like(out), retain_graph=True)
print(f"First call\n{inp.grad}")
out.backward(torch.ones_like(out), retain_graph=True)
print(f"\nSecond call\n{inp.grad}")
# %%
x = torch.arange(6.).reshape(2, 3).requires_grad_()
jacobian = torch.autograd.functional.jacobian(lambda v: (v ** 2).sum(1), x)
print(jacobian)
g, = torch.autograd.grad((x ** 3).sum(), x, create_graph=True)
print(torch.autograd.grad(g.sum(), x)[0])
print(torch.einsum('ij,kj->ik', x, x), torch.linalg.norm(x), x.var(dim=1, unbiased=False))
print(torch.where(x > 2, x, -x).detach().numpy(), x.argmax(), x.topk(2))
try:
    torch.ones(2, 3) @ torch.ones(2, 3)
except RuntimeError as e:
    print('RuntimeError:', e)
