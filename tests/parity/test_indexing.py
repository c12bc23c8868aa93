"""Reading ``x[...]`` beside PyTorch.

Every line of a table runs on both libraries; x is 3×4, y is 2×3×4, z is 0-d, L makes a tensor.
"""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.parity.compare import same, same_error
from tests.parity.expressions import expression, same_layout

X = np.arange(12, dtype=np.float32).reshape(3, 4) / 4
Y = np.arange(24, dtype=np.float32).reshape(2, 3, 4) / 4
Z = np.float32(1.5)

SAME = """
x[...,...]
x[0,...,0]
x[[0,1],...,...]
x[::2]
x[5:]
x[2:1]
x[-100:100]
x[L(1):L(2)]
x[True]
x[False]
x[True,True]
x[True,0]
x[0,True]
x[None,True]
x[True,None]
x[...,True]
z[True]
z[...]
z[None]
z[()]
z[L(True)]
x[[]]
x[[[]]]
x[()]
x[[0,1],[[0],[1]]]
x[[0.5]]
x[[True,False,True]]
x[[True,False,True],0]
x[[True,False,True],[True,False,True,False]]
x[[True,False,True],[True,False,False,False]]
x[L([1,2],dtype=torch.int32)]
x[L([1,0,1],dtype=torch.uint8)]
x[L(1,dtype=torch.uint8)]
x[L(1,dtype=torch.int16)]
x[x>5]
x[x>100]
x[[L(0),L(1)]]
x[[L([0]),L([1])]]
x[[slice(0,1),0]]
x[[0,None]]
x[(0,1)]
x[[0,1]]
x[[[0,1],[1,2]]]
x[[[0,1],[1,2]],]
x[np.array([0,1])]
x[np.int64(1)]
x[np.array(1)]
x[np.array([True,False,True])]
x[range(2)]
x[0,range(2)]
y[0,:,[0,1]]
y[[0,1],:,[0,1]]
y[:,[0,1],[0,1]]
y[[0,1],[0,1]]
y[[0,1],0]
y[:,0,[0,1]]
y[[0],0,[1]]
y[[0,1],None,[0,1]]
y[None,[0,1],:,[0,1]]
y[...,[0,1]]
y[...,None,[0,1]]
y[[[0],[1]],:,[0,1,2]]
y[:,y[0]>5]
y[y[:,:,0]>5]
y[y>5]
y[y[:,:,0]>5,[0]]
y[0,y[0]>5]
y[[0,1],y[0,:,0]>3]
y[[True,False],[True,False,True]]
y[[]]
y[[],[]]
y[:,[]]
y[:,[],[0]]
torch.zeros(0,3)[[]]
torch.zeros(0,3)[:,[0]]
torch.zeros(3,0)[[0,1]]
x[L([],dtype=torch.int64)]
x[:,None,L([0,1])]
y.transpose(0,2)[y.transpose(0,2)>3]
y[:,:,[0,1]]
x[1:2,[0]]
x[...,0]
"""

REFUSED = """
x[5]
x[-4]
x[0,9]
x[0,0,0]
x[...,0,0,0]
x[1.0]
x['a']
x[0,'a']
x[{}]
x[::-1]
x[::0]
x['a':]
x[1.0:]
x[L(1.0):]
z[0]
z[:]
z[[]]
z[L(0)]
z[L([0])]
x[[0,5]]
x[[0,-4]]
x[[0,1],[0,9]]
x[[0,1],[0,1,2]]
x[[True,False]]
x[[True,True,True],[True,True,False,False]]
x[L([1.,2.])]
x[L([1,2],dtype=torch.int16)]
x[L([1,2],dtype=torch.int8)]
x[L(1.)]
x[L([1j])]
x[x[0]>1]
x[L([[True,False]])]
x[:,L([True,False])]
x[L([[[True]]])]
x[L(5)]
x[0,L(9)]
x[L([5])]
x[L([-4])]
x[0,L([9])]
x[:,L([9])]
x[None,L([9])]
x[np.bool_(True)]
y[:,[],[0,1]]
torch.zeros(0,3)[[0]]
torch.zeros(0,3)[0]
x[L([])]
"""


@pytest.mark.parametrize("line", SAME.strip().splitlines())
def test_values_and_derivatives(line):
    same(expression(line, "xyz"), X, Y, Z)


@pytest.mark.parametrize("line", SAME.strip().splitlines())
def test_strides_and_views(line):
    same_layout(expression(line, "xyz"), X, Y, Z)


@pytest.mark.parametrize("line", REFUSED.strip().splitlines())
def test_refusals(line):
    same_error(expression(line, "xyz"), X, Y, Z)
