def parameter_drop_percent(base, reduced):
    before = sum(p.numel() for p in base.parameters())
    after = sum(p.numel() for p in reduced.parameters())
    return 100 * (after - before) / before
