<?php

return [
    'secure' => (bool) env('SESSION_SECURE_COOKIE'),
];
