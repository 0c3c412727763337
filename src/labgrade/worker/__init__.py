"""Where student code runs: executors, and the processes behind them."""
