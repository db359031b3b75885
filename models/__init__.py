"""What a network is: preprocessing, inference, and where its trained folder lives."""
