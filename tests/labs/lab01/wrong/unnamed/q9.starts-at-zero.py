def extreme_values(t):
    largest, smallest = 0.0, 0.0
    for value in t.flatten().tolist():
        largest = max(largest, value)
        smallest = min(smallest, value)
    return largest, smallest
