"""`sakuga train contrastive`: clips and captions brought together (§4.1, Table 2)."""
