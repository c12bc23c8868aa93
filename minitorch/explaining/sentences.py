"""The errors that beginners meet, by their sentences: what each means, why, and how to mend it.

``{0}`` stands for the first group of the pattern, and ``{input}`` for the shape of the variable of
that name where the error was raised. Where there is more to see, a function of cases.py speaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import cases

Explain = Callable[..., tuple[str, str, str] | None]
TABLE: dict[str, tuple[str, str, str] | Explain] = {
    # Shapes
    r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)": cases.products,
    r"first two dimensions of batch2 tensor to be: (\[.*\]) but got: (\[.*\])\.": (
        "Two batches of matrices cannot be multiplied.",
        "The second should begin with {0}, the batch and the columns of the first, and begins with "
        "{1}.",
        "Look at both shapes. Often the last two dimensions of one must be exchanged: "
        "b.transpose(-2, -1).",
    ),
    r"The size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton "
    r"dimension (\d+)": cases.broadcasting,
    r"weight of size (\[.*\]), expected input(\[.*\]) to have (\d+) channels, but got (\d+) "
    r"channels": cases.channels,
    r"Expected (.*) input to (conv\w+), but got input of size: (\[.*\])": (
        "A convolution got an input that has too few or too many dimensions.",
        "{1} wants {0}: a batch, channels, and then the places. The input is {2}.",
        "Add what is missing: x.unsqueeze(1) for one channel, x.unsqueeze(0) for a batch of one.",
    ),
    r"shape '(\[.*\])' is invalid for input of size (\d+)": cases.reshaping,
    r"view size is not compatible with input tensor's size and stride": (
        "view() would have to copy, and it never copies.",
        "The elements do not lie in memory in the order of their indices: t(), transpose, permute "
        "or expand made it so. mt.explain(x) draws it.",
        "x.reshape(...) copies where it must. Or x.contiguous().view(...).",
    ),
    r"must match except in dimension (\d+)\. Expected size (\d+) but got size (\d+) for tensor "
    r"number (\d+)": (
        "cat() joins along dimension {0}, and the tensors differ in another one, too.",
        "Tensor number {3} (from 0) has length {2} where the first has {1}.",
        "Print the shapes. Either dim is another, or one tensor must be cut, padded or reshaped.",
    ),
    r"stack expects each tensor to be equal size, but got (\[.*\]) at entry 0 and (\[.*\]) at": (
        "stack() got tensors of different shapes: {0} and {1}.",
        "It puts tensors side by side along a new dimension, so all must have one shape.",
        "To join along a dimension that is there already: mt.cat. Else pad the shorter ones. If a "
        "DataLoader called it, the items of the dataset differ: give it a collate_fn.",
    ),
    r"Expected input batch_size \((\d+)\) to match target batch_size \((\d+)\)": (
        "The loss got {0} predictions and {1} targets.",
        "The input is {input}, the target {target}; their first lengths must agree.",
        "Often a reshape before mixed up the batch: keep it first, as in x.flatten(1).",
    ),
    r"Expected more than 1 value per channel when training, got input size .*?(\[.*\])": (
        "Batch norm cannot train on one value: it has no variance.",
        "The input is {0}: one number for each channel.",
        "To evaluate, call model.eval() first. To train, use larger batches; "
        "DataLoader(drop_last=True) leaves out a last batch of one.",
    ),
    r"0D or 1D target tensor expected, multi-target not supported": (
        "The targets have a dimension too many.",
        "The loss takes one class for each row of the input, {input}; the target is {target}.",
        "A column of classes: target.squeeze(1). Rows that are one-hot: target.argmax(1).",
    ),
    r"[Tt]arget size \(torch\.Size\((\[.*?\])\)\).* input size \(torch\.Size\((\[.*?\])\)\)": (
        "The loss compares element by element, and got an input of {1} and a target of {0}.",
        "One has a dimension that the other lacks, or another length.",
        "If the model ends in one number for each row: target.unsqueeze(1), or output.squeeze(1).",
    ),
    r"input size per channel: \((.*?)\)\. Kernel size: \((.*?)\)\. Kernel size can't be": (
        "The kernel is larger than the image that it should slide over.",
        "The image is {0}, borders included; the kernel reaches over {1}.",
        "The layers before have made the image this small: print(x.shape) after each. Take a "
        "smaller kernel, a padding, or leave a pooling out.",
    ),
    r"Given input size: \((.*?)\)\. Calculated output size: \((.*?)\)\. Output size is too small": (
        "Nothing would be left of the image.",
        "Channels and places are {0}, and would be {1}.",
        "The layers before have made the image this small: print(x.shape) after each. Leave a "
        "pooling out, or start from larger images.",
    ),
    r"Expected hidden(?:\[\d\])? size \((.*?)\), got (\[.*\])": (
        "A hidden state should be ({0}), and is {1}.",
        "It has a row for each layer and direction, then one for each sample of the batch, then "
        "hidden_size numbers. The input is {input}: the layer takes its first dimension for the "
        "steps, unless batch_first=True.",
        "If the batch comes first in your data: batch_first=True. The hidden state keeps its order "
        "then, too. Left out, it is zeros.",
    ),
    r"input\.size\(-1\) must be equal to input_size\. Expected (\d+), got (\d+)": (
        "The recurrent layer expects {0} numbers for each step, and got {1}.",
        "The input is {input}; the numbers of a step are its last dimension.",
        "Make its first argument, input_size, {1}; or bring that dimension to the end.",
    ),
    r"normalized_shape=(\[.*?\]), expected input with shape .*, but got input of size\s?(\[.*\])": (
        "The layer norm was made for {0}, and its input is {1}.",
        "It normalizes the last dimensions, which must have the lengths that it was made with.",
        "nn.LayerNorm takes the length of the last dimension, not that of the batch.",
    ),
    r"running_mean should contain (\d+) elements not (\d+)": (
        "The batch norm was made for {1} channels, and its input has {0}.",
        "The input is {input}; its channels are dimension 1.",
        "Make its first argument, num_features, {0}: as many as the layer before gives out.",
    ),
    r"zero-dimensional tensor \(at position \d+\) cannot be concatenated": (
        "cat() got a tensor that is a single number.",
        "It joins along a dimension that is there already, and a number has none.",
        "mt.stack([...]) puts numbers side by side along a new dimension.",
    ),
    r"expected sequence of length (\d+) at dim (\d+) \(got (\d+)\)": (
        "The lists are not equally long: one of length {0}, another of {2}.",
        "A tensor is a grid: along each dimension every row has the same length.",
        "Pad the shorter ones: nn.utils.rnn.pad_sequence takes tensors of several lengths.",
    ),
    r"a Tensor with (\d+) elements cannot be converted to Scalar": (
        "A tensor of {0} elements was to become one number.",
        "item(), float() and int() are for tensors of one element.",
        "Say which number: x.mean().item(), x[0].item(); or take all: x.tolist().",
    ),
    r"Boolean value of Tensor with more than one value is ambiguous": (
        "A tensor of several elements stands where Python wants True or False.",
        "A comparison gives an answer for each element; `if`, `and`, `or`, `not` want one.",
        "(x > 0).all() or (x > 0).any(). Element by element: & | ~ and mt.where.",
    ),
    # Dtypes
    r"expected target dtype to be Long or Byte, but got (\w+)": (
        "The targets should be numbers of classes, dtype long, and are {0}.",
        "The loss takes one class, 0 to C - 1, for each row; the target is {target}. Floats would "
        "be probabilities, and need the shape of the input.",
        "target.long(), or mt.tensor([...]) of whole numbers. From one-hot rows: target.argmax(1).",
    ),
    r"Expected tensor for argument #1 'indices' .* but got torch\.(\w+)Tensor": (
        "An embedding looks rows up by their numbers, and got {0} numbers.",
        "An index has to be whole: dtype long (int64) or int.",
        "x.long(). If x comes from zeros, ones or rand, say dtype=mt.long there.",
    ),
    r"same dtype, but got:? ([\w ]+?) (?:and|!=) ([\w ]+)$": cases.same_type,
    r"Found dtype (\w+) but expected (\w+)": cases.same_type,
    r"expected scalar type (\w+) but found (\w+)": cases.same_type,
    r"result type (\w+) can't be cast to the desired output type (\w+)": (
        "The result is {0}, and cannot be written into a tensor of dtype {1}.",
        "A change in place keeps the dtype, and would drop what {1} cannot hold.",
        "Out of place the result may have another dtype: x = x + y. Or make x.float() before.",
    ),
    r"[Oo]nly Tensors of floating point (?:and complex )?dtype can require gradients": (
        "A tensor of whole numbers cannot have a gradient.",
        "A derivative asks what a tiny change does, and whole numbers cannot change a little.",
        "Write a decimal point, mt.tensor([1., 2.]), or dtype=mt.float.",
    ),
    r"(\w+)\(\): could not infer output dtype.* Got: (\w+)": (
        "{0}() was asked of a tensor of dtype {1}.",
        "The mean of whole numbers is no whole number, and nobody said of which dtype it shall be.",
        "x.float().{0}(), or x.{0}(dtype=mt.float).",
    ),
    # Gradients
    r"'NoneType'": cases.no_gradient,
    r"'(?:float|int)' object has no attribute '(backward|grad|detach)'": (
        ".{0} was asked of a plain number.",
        "item() and float() give a number of Python, which knows nothing of how it was computed.",
        "Call loss.backward() on the tensor; take loss.item() afterwards, to print or to add up.",
    ),
    r"appears to not have been used in the graph": (
        "A gradient was asked for by a tensor that the result does not depend on.",
        "The graph was searched from the result back to its leaves, and the tensor is not in it. A "
        "copy may be: x.clone() or x.to(...) is another tensor.",
        "Compute the result from this very tensor. allow_unused=True says that it need not be.",
    ),
    r"Function '(\w+?)(?:Backward\d*)?' returned nan values in its (\d+)th output": (
        "The gradient of {0} became nan.",
        "The warning above shows the line that computed it. Common: sqrt, a norm or a power at 0, "
        "0 / 0, log(0) times 0; and an infinity that came from later on.",
        "Keep away from the edge: (x + 1e-8).sqrt(), x.clamp(min=1e-8).log(). Losses that take "
        "scores, such as cross_entropy, are safe where log(softmax(x)) is not.",
    ),
    r"Trying to backward through the graph a second time": (
        "backward() went through a part of the graph that an earlier backward() has freed.",
        "A backward pass frees what the operations kept for it. The second pass may be a second "
        "call, or part of the graph is older than this step: a hidden state, a sum of losses.",
        "Compute the loss anew in each step. Cut what comes from earlier steps: h = h.detach(). "
        "Add up loss.item(), not loss. If two passes are meant: backward(retain_graph=True).",
    ),
    r"modified by an inplace operation: \[torch\.(\w+)Tensor (\[.*?\])\](?:, which is output \d+ "
    r"of (\w+),)? is at version (\d+); expected version (\d+)": cases.changed,
    r"a view of a leaf Variable that requires grad is being used in an in-place operation": (
        "A part of a leaf that requires grad was changed in place.",
        "A leaf is where gradients arrive. Its old value, by which the loss is differentiated, "
        "would be gone.",
        "Set values in `with mt.no_grad():`. Else make a new tensor: y = x.clone(), and change y.",
    ),
    r"a leaf Variable that requires grad is being used in an in-place operation": (
        "A leaf that requires grad was changed in place.",
        "A leaf is where gradients arrive. Its old value, by which the loss is differentiated, "
        "would be gone.",
        "An update by hand goes in `with mt.no_grad():`. Else make a new tensor: y = x + 1.",
    ),
    r"more than one element of the written-to tensor refers to a single memory location": (
        "A tensor was to be written into, of which several elements lie in one place of memory.",
        "expand(), broadcasting and overlapping windows make such views, without copies: "
        "mt.explain(x) shows strides of 0, or places with several indices.",
        "x.clone() gives every element a place of its own. Or write into what was expanded.",
    ),
    r"Can't call numpy\(\) on Tensor that requires grad": (
        "A tensor that requires grad was to become a NumPy array.",
        "NumPy records nothing: what is computed there would be missing in the gradients.",
        "x.detach().numpy() says that this is meant. A single number: x.item().",
    ),
    r"grad can be implicitly created only for scalar outputs": (
        "backward() was called on a tensor of shape {output}, and not on one number.",
        "How one number changes with each parameter is clear. Of several numbers it must be said "
        "how much each one counts.",
        "Make one number of it, x.sum().backward() or x.mean().backward(); or give the weights, "
        "x.backward(mt.ones_like(x)).",
    ),
    r"element \d+ of tensors does not require grad and does not have a grad_fn": (
        "backward() was called on a tensor that has no graph behind it.",
        "Nothing that it was computed from requires grad, or the computation was not recorded.",
        "Look for requires_grad=True that is missing, parameters that are frozen, no_grad() around "
        "the forward pass; for .detach(), .item() or .numpy() on the way; and for argmax, "
        "comparisons and rounding, which have no gradient.",
    ),
    r"all elements of input should be between 0 and 1": (
        "binary_cross_entropy() got an input that is no probability, or nan.",
        "It takes the logarithm of p and of 1 - p, and needs both from 0 to 1.",
        "Put x.sigmoid() in front; better, leave it out and use BCEWithLogitsLoss, which has it "
        "inside. If it was there, the input is nan: look at x.isnan().any(), and lower lr.",
    ),
    # Indices
    r"Target (-?\d+) is out of bounds\.": cases.target_range,
    r"index out of range in self": cases.row_range,
    r"index (-?\d+) is out of bounds for dimension (\d+) with size (\d+)": (
        "Index {0} in dimension {1}, which has {2} elements.",
        "Indices count from 0, or from the end with -1.",
        "Look at x.shape: often another dimension is meant.",
    ),
    r"Dimension out of range \(expected to be in range of (\[.*\]), but got (-?\d+)\)": (
        "Dimension {1} was named, and there is none.",
        "The dimensions count from 0, or from the end with -1; here {0} is possible.",
        "Look at x.shape. x.unsqueeze(0) adds a dimension if one is missing, such as the batch.",
    ),
    # Devices
    r"Expected all tensors to be on the same device, but (.*)": (
        "Tensors on different devices met.",
        "Nothing moves by itself between main memory and a GPU. MiniTorch {0}",
        "Move both: model.to(device) and, for each batch, x = x.to(device). Tensors made in "
        "forward take device=x.device.",
    ),
    r"Torch not compiled with CUDA enabled\s*(.*)": (
        "A GPU was asked for, and MiniTorch has none at hand.",
        "{0}",
        'Write device = "cuda" if mt.cuda.is_available() else "cpu", and .to(device).',
    ),
    # Modules
    r"Error\(s\) in loading state_dict for (\w+)": cases.loading,
    r"optimizer got an empty parameter list": (
        "The optimizer was given no parameters.",
        "Either the model has none, its layers stand in a plain list or dict, where a Module does "
        "not see them, or an iterator, model.parameters(), was used up before.",
        "Keep layers in nn.ModuleList or nn.Sequential, tensors in nn.Parameter. print(model) "
        "shows what the model knows.",
    ),
    r"optimizer can only optimize Tensors, but one of the params is ": cases.NOT_PARAMETERS,
    r"'\w+' object is not iterable": cases.not_parameters,
    r'is missing the required "forward" function': (
        "A module was called that has no forward().",
        "model(x) calls model.forward(x), and the class has none of its own.",
        "Look at the name and how far it is set in: def forward(self, x): stands in the class.",
    ),
    r"cannot assign '(.*?)' as parameter '(\w+)'": (
        "{1} is a parameter, and was to be replaced by something else.",
        "The module would lose it: a plain tensor is not trained, saved or moved.",
        "nn.Parameter(tensor) makes one. To change its numbers: with mt.no_grad(): "
        "layer.{1}.copy_(tensor).",
    ),
    r"cannot assign (\w+?)s? before Module\.__init__\(\) call": (
        "A module was given a {0} before it was ready.",
        "Module.__init__ makes the places where parameters and layers are kept.",
        "Let the __init__ of your class begin with super().__init__().",
    ),
}
KNOWN: dict[re.Pattern[str], Any] = {re.compile(pattern): said for pattern, said in TABLE.items()}
