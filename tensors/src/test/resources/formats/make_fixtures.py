# SPDX-License-Identifier: Apache-2.0
# Writes FORMAT.blocks and FORMAT.f32 into the directory given; see README.md.
import sys, os, numpy as np
from gguf import GGMLQuantizationType as T, GGML_QUANT_SIZES
from gguf.quants import dequantize
out=sys.argv[1]; os.makedirs(out,exist_ok=True)
rng=np.random.default_rng(42)
halves={'Q4_0':[0],'Q5_0':[0],'Q8_0':[0],'Q4_1':[0,2],'Q5_1':[0,2],'Q4_K':[0,2],'Q5_K':[0,2],'Q6_K':[208]}
for name in ['F32','F16','BF16','Q4_0','Q4_1','Q5_0','Q5_1','Q8_0','Q4_K','Q5_K','Q6_K']:
    t=T[name]; elements,size=GGML_QUANT_SIZES[t]; n=512
    if name=='F32': raw=rng.standard_normal(n).astype('<f4').tobytes()
    elif name=='F16': raw=rng.standard_normal(n).astype('<f2').tobytes()
    elif name=='BF16': raw=(rng.standard_normal(n).astype('<f4').view('<u4')>>16).astype('<u2').tobytes()
    else:
        blocks=rng.integers(0,256,(n//elements,size),dtype=np.uint8)
        for at in halves[name]:
            h=(rng.standard_normal(n//elements)*0.01).astype('<f2')
            h[0]=np.float16(6e-6) if at==0 else h[0]   # one subnormal scale
            blocks[:,at:at+2]=h.view(np.uint8).reshape(-1,2)
        raw=blocks.tobytes()
    arr=np.frombuffer(raw,dtype={'F32':np.float32,'F16':np.float16}.get(name,np.uint8))
    v=dequantize(arr,t).astype('<f4')
    assert v.size==n and np.isfinite(v).all()
    open(f'{out}/{name}.blocks','wb').write(raw); open(f'{out}/{name}.f32','wb').write(v.tobytes())
