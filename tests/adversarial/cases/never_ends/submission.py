"""A loop without an end."""




def solve(x, w):
    while True:
        pass
