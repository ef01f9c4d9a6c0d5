"""The pages of money: the cashier's counter, the payer, the gateway."""
