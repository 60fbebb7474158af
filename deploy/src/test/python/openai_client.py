# SPDX-License-Identifier: Apache-2.0
"""The official client against a server with one place, whose URL and key are the arguments. Run by RealClientsTest."""
import sys

import openai

url, key = sys.argv[1:]
client = openai.OpenAI(base_url=url + "/v1", api_key=key, max_retries=0, timeout=60)
messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": "to be or not"}]}]
asked = dict(model="tiny", messages=messages, max_completion_tokens=24, temperature=0.8, seed=5, extra_body={"ignore_eos": True})


def expect(kind, status, work):
    try:
        work()
    except kind as error:
        assert error.status_code == status, error
        return error
    raise AssertionError(f"no {kind.__name__}")


# chat, whole
assert [model.id for model in client.models.list()] == ["tiny"]
answer = client.chat.completions.create(**asked)
text = answer.choices[0].message.content
assert answer.choices[0].message.role == "assistant" and answer.choices[0].finish_reason == "length"
assert answer.usage.completion_tokens == 24 and answer.usage.total_tokens == 24 + answer.usage.prompt_tokens

# chat, streamed: the same by the same seed, another by another
chunks = list(client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True}))
streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
assert streamed == text, (streamed, text)
assert chunks[-1].usage.completion_tokens == 24 and not chunks[-1].choices
assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "length"
assert client.chat.completions.create(**{**asked, "seed": 6}).choices[0].message.content != text

# log-probabilities
told = client.chat.completions.create(**asked, logprobs=True, top_logprobs=3).choices[0].logprobs.content
assert len(told) == 24 and all(len(each.top_logprobs) == 3 and each.logprob <= 0 for each in told)
assert all(each.top_logprobs[0].logprob >= each.top_logprobs[1].logprob for each in told)

# stop strings
stop = text[len(text) // 2]
stopped = client.chat.completions.create(**asked, stop=[stop]).choices[0]
assert stopped.finish_reason == "stop" and stopped.message.content == text[:text.index(stop)], (stopped, text)

# text completions
plain = client.completions.create(model="tiny", prompt="to be", max_tokens=6, temperature=0, logprobs=2, extra_body={"ignore_eos": True})
assert plain.object == "text_completion" and len(plain.choices[0].logprobs.token_logprobs) == 6

# errors
error = expect(openai.BadRequestError, 400, lambda: client.chat.completions.create(**asked, n=2))
assert error.param == "n" and error.code == "invalid_value" and error.type == "invalid_request_error", error.body
expect(openai.NotFoundError, 404, lambda: client.chat.completions.create(**{**asked, "model": "gpt-9"}))
wrong = openai.OpenAI(base_url=url + "/v1", api_key="wrong", max_retries=0)
expect(openai.AuthenticationError, 401, lambda: wrong.models.list())
endless = dict(max_completion_tokens=10**8, extra_body={"ignore_eos": True, "kv": {"policy": "streaming-llm", "budget": 40, "interval": 16}})
with client.chat.completions.create(**{**asked, **endless}, stream=True) as stream:
    next(iter(stream))
    full = expect(openai.RateLimitError, 429, lambda: client.chat.completions.create(**asked))
    assert full.type == "rate_limit_error" and full.response.headers["retry-after"], full.response.headers
    session = stream.response.headers["x-headwater-session"]
client.post(f"/sessions/{session}/cancel", cast_to=object)
patient = client.with_options(max_retries=8)  # by Retry-After, until the place is free
assert patient.chat.completions.create(**asked).choices[0].message.content == text
print("openai", openai.__version__)
