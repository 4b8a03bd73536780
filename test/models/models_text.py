"""Traced text models: transformers' own classes with small configurations."""
import torch
import transformers
from torch import nn

from spec import Model

VOCABULARY = 120
PADDING = 0


class Positional(nn.Module):
    """forward(input_ids, attention_mask) -> a tuple of tensors."""

    def __init__(self, model: nn.Module, **options):
        super().__init__()
        self.model = model
        self.options = options

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, return_dict=False, **self.options)


def bert():
    config = transformers.BertConfig(
        vocab_size=VOCABULARY,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=64,
    )
    return Positional(transformers.BertModel(config))


def gpt2():
    config = transformers.GPT2Config(
        vocab_size=VOCABULARY, n_embd=64, n_layer=2, n_head=4, n_positions=64, bos_token_id=1, eos_token_id=2
    )
    return Positional(transformers.GPT2LMHeadModel(config), use_cache=False)


def t5_encoder():
    config = transformers.T5Config(vocab_size=VOCABULARY, d_model=64, d_kv=16, d_ff=128, num_layers=2, num_heads=4)
    return Positional(transformers.T5EncoderModel(config))


class PaddedEncoder(nn.Module):
    """torch's own encoder on a padded batch: its inference fast path works on nested tensors."""

    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, activation="gelu", batch_first=True)
        self.embedding = nn.Embedding(VOCABULARY, 32, padding_idx=PADDING)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.head = nn.Linear(32, 5)

    def forward(self, input_ids, padding):
        return self.head(self.encoder(self.embedding(input_ids), src_key_padding_mask=padding))


def padded(dims: dict[str, int]) -> tuple[torch.Tensor, torch.Tensor]:
    input_ids, attention_mask = sentences(dims)
    return input_ids, attention_mask == 0


def sentences(dims: dict[str, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and their mask; every sentence but the first is padded by its own amount."""
    batch, sequence = dims["batch"], dims["sequence"]
    input_ids = torch.randint(3, VOCABULARY, (batch, sequence))
    attention_mask = torch.ones(batch, sequence, dtype=torch.int64)
    for row in range(1, batch):
        length = max(1, sequence - row)
        attention_mask[row, length:] = 0
        input_ids[row, length:] = PADDING
    return input_ids, attention_mask


INPUTS = [("input_ids", ["batch", "sequence"]), ("attention_mask", ["batch", "sequence"])]
DIMS = {"batch": (1, 2, 8), "sequence": (1, 16, 64)}
RUNS = [
    {"batch": 1, "sequence": 1},
    {"batch": 2, "sequence": 16},
    {"batch": 8, "sequence": 64},
    {"batch": 3, "sequence": 11},
]
MODELS = [
    Model(name, build, "trace", INPUTS, DIMS, RUNS, sentences)
    for name, build in (("bert", bert), ("gpt2", gpt2), ("t5_encoder", t5_encoder))
]
MODELS.append(
    Model(
        "padded_encoder",
        PaddedEncoder,
        "trace",
        [("input_ids", ["batch", "sequence"]), ("padding", ["batch", "sequence"])],
        DIMS,
        RUNS,
        padded,
    )
)
