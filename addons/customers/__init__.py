"""Key accounts 客户: accounts, industries, contacts, opportunities, stages and hand-over."""
