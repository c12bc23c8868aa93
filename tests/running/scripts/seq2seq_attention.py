import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.manual_seed(10)
SOS_token, EOS_token, PAD = 0, 1, 2


class EncoderRNN(nn.Module):
    def __init__(self, input_size, hidden_size, dropout_p=0.1):
        super(EncoderRNN, self).__init__()
        self.embedding = nn.Embedding(input_size, hidden_size, padding_idx=PAD)
        self.gru = nn.GRU(hidden_size, hidden_size, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(dropout_p)

    def forward(self, input, lengths):
        embedded = self.dropout(self.embedding(input))
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        output, hidden = self.gru(packed)
        output, _ = pad_packed_sequence(output, batch_first=True, padding_value=0.0)
        output = output[..., :output.size(2) // 2] + output[..., output.size(2) // 2:]
        return output, hidden.sum(0, keepdim=True)


class BahdanauAttention(nn.Module):
    def __init__(self, hidden_size):
        super(BahdanauAttention, self).__init__()
        self.Wa = nn.Linear(hidden_size, hidden_size)
        self.Ua = nn.Linear(hidden_size, hidden_size)
        self.Va = nn.Linear(hidden_size, 1)

    def forward(self, query, keys, mask):
        scores = self.Va(torch.tanh(self.Wa(query) + self.Ua(keys)))
        scores = scores.squeeze(2).unsqueeze(1).masked_fill(mask.unsqueeze(1), -1e9)
        weights = F.softmax(scores, dim=-1)
        context = torch.bmm(weights, keys)
        return context, weights


class AttnDecoderRNN(nn.Module):
    def __init__(self, hidden_size, output_size):
        super(AttnDecoderRNN, self).__init__()
        self.embedding = nn.Embedding(output_size, hidden_size)
        self.attention = BahdanauAttention(hidden_size)
        self.cell = nn.LSTMCell(2 * hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size, output_size)

    def forward(self, encoder_outputs, encoder_hidden, mask, target_tensor=None, steps=6):
        batch_size = encoder_outputs.size(0)
        decoder_input = torch.empty(batch_size, dtype=torch.long, device=device).fill_(SOS_token)
        hx, cx = encoder_hidden[0], torch.zeros_like(encoder_hidden[0])
        decoder_outputs, attentions = [], []
        for i in range(steps):
            context, weights = self.attention(hx.unsqueeze(1), encoder_outputs, mask)
            hx, cx = self.cell(torch.cat((self.embedding(decoder_input), context.squeeze(1)), dim=1), (hx, cx))
            output = self.out(hx)
            decoder_outputs.append(output)
            attentions.append(weights)
            if target_tensor is not None:
                decoder_input = target_tensor[:, i]
            else:
                _, topi = output.topk(1)
                decoder_input = topi.squeeze(-1).detach()
        return F.log_softmax(torch.stack(decoder_outputs, dim=1), dim=-1), torch.cat(attentions, dim=1)


# Reverse a sequence
pairs = [torch.randint(3, 9, (int(n),)) for n in torch.randint(2, 6, (24,))]
source = pad_sequence(pairs, batch_first=True, padding_value=PAD)
lengths = torch.tensor([len(p) for p in pairs])
target = pad_sequence([torch.cat([p.flip(0), torch.tensor([EOS_token])]) for p in pairs], batch_first=True, padding_value=PAD)
mask = source == PAD

encoder = EncoderRNN(9, 12).to(device)
decoder = AttnDecoderRNN(12, 9).to(device)
encoder_optimizer = optim.Adam(encoder.parameters(), lr=0.01)
decoder_optimizer = optim.Adam(decoder.parameters(), lr=0.01)
criterion = nn.NLLLoss(ignore_index=PAD)
for epoch in range(1, 13):
    encoder_optimizer.zero_grad()
    decoder_optimizer.zero_grad()
    encoder_outputs, encoder_hidden = encoder(source, lengths)
    outputs, _ = decoder(encoder_outputs, encoder_hidden, mask, target, steps=target.size(1))
    loss = criterion(outputs.view(-1, outputs.size(-1)), target.view(-1))
    loss.backward()
    encoder_optimizer.step()
    decoder_optimizer.step()
    if epoch % 4 == 0:
        print('(%d %d%%) %.4f' % (epoch, epoch / 12 * 100, loss.item()))
encoder.eval()
decoder.eval()
with torch.no_grad():
    outputs, attention = decoder(*encoder(source[:1], lengths[:1]), mask[:1, :lengths[0]])
    print(outputs.topk(1)[1].squeeze().tolist(), attention.shape, attention.sum().item())
