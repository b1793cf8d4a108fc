<?php

return [
    'key' => env('MEILI_MASTER_KEY'),
];
