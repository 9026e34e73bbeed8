def solve(x, w):
    return 'ÿş'
