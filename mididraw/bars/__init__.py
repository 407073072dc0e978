"""Bars of real songs, pitch × 16th with chord and key: what several engines are made from."""
