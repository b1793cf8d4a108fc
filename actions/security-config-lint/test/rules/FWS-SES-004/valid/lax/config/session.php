<?php

return [
    'same_site' => env('SESSION_SAME_SITE', 'lax'),
];
