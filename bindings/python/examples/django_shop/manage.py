"""
A shop on Django: payments are rows of its own table, and the engine says what to do with each.

The environment says where: DOLLR_CLIENT_ID, DOLLR_CLIENT_SECRET, DOLLR_BASE_URL, and SHOP_DATABASE.
"""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    execute_from_command_line(sys.argv)
