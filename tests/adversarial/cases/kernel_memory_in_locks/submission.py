import ctypes, os, fcntl, time
import torch
n=0; t=time.time()
for k in range(400):
    f=os.open(f'/tmp/l{k%200}',os.O_RDWR|os.O_CREAT) if k<200 else f
    if k>=200: break
    for i in range(1000):
        fcntl.lockf(f, fcntl.LOCK_EX, 1, 2*i)
        n+=1
print(n,time.time()-t)
def solve(x,w): return torch.stack([torch.tanh(row @ w) for row in x])
