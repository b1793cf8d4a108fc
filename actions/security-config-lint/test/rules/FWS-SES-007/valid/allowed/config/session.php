<?php

return [
    'lifetime' => (int) env('SESSION_LIFETIME', 120),
];
